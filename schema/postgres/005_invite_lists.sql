-- Pages of lists of invite codes, by what they are sorted by, and then in the order in which they were made.

CREATE INDEX ollama_api_user_invites_created ON ollama_api_user_invites (created_at, seq);
CREATE INDEX ollama_api_user_invites_note ON ollama_api_user_invites (note, seq);
CREATE INDEX ollama_api_user_invites_uses ON ollama_api_user_invites (uses, seq);
CREATE INDEX ollama_api_user_invites_uses_max ON ollama_api_user_invites (uses_max, seq);
CREATE INDEX ollama_api_user_invites_expires ON ollama_api_user_invites (expires_at NULLS FIRST, seq);
