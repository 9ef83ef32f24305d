-- Pages of the audit log, by what they are filtered by, and then by time.

CREATE INDEX pool_audit_actor ON pool_audit (actor, at);
CREATE INDEX pool_audit_action ON pool_audit (action, at);
CREATE INDEX pool_audit_target ON pool_audit (target, at);
