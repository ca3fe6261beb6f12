// Values that are bytes, and a way to find what ended long ago.

export const migration0002 = `
alter table value add column binary integer not null default 0;
create index value_expiry on value (expires_at) where expires_at is not null;
create index instance_ended on instance (status, completed_at) where completed_at is not null;
`
