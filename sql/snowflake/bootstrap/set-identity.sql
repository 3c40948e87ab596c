-- The user is whoever has this role in AWS. Written out, never run: which role commands run with is for people to say.
ALTER USER {{user}} SET WORKLOAD_IDENTITY = (TYPE = AWS ARN = {{arn}});
