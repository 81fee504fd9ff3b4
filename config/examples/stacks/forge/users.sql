CREATE EXTENSION pgcrypto;
CREATE TABLE users (name text PRIMARY KEY, password text NOT NULL);
INSERT INTO users VALUES ('smith', crypt('hammer', gen_salt('bf')));
