-- Second step of the trust: STORAGE_AWS_IAM_USER_ARN and STORAGE_AWS_EXTERNAL_ID go into the AWS role's trust policy.
DESC INTEGRATION {{integration}};
