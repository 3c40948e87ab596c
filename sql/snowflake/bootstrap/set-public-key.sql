-- The user is whoever has the private half of this key. Written out, never run: keys are for people to make.
ALTER USER {{user}} SET RSA_PUBLIC_KEY = {{public_key}};
