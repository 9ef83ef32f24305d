-- Pages of lists of users, by what they are sorted by, and then in the order in which they registered.

CREATE INDEX ollama_api_users_created ON ollama_api_users (created_at, seq);
CREATE INDEX ollama_api_users_role ON ollama_api_users (role, seq);
CREATE INDEX ollama_api_users_key_expires ON ollama_api_users (key_expires_at, seq);
CREATE INDEX ollama_api_users_last_login ON ollama_api_users (last_login_at, seq);
CREATE INDEX ollama_api_users_last_sign_in ON ollama_api_users (last_sign_in_at, seq);
CREATE INDEX ollama_api_users_updated ON ollama_api_users (updated_at, seq);
