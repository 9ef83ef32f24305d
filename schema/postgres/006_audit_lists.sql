-- Pages of the audit log, by what they are filtered by, and then by time.

CREATE INDEX pool_audit_actor ON pool_audit (actor, at, seq);
CREATE INDEX pool_audit_action ON pool_audit (action, at, seq);
CREATE INDEX pool_audit_target ON pool_audit (target, at, seq);
