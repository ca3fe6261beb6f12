// The first schema. Released migrations are never edited; a change of schema is a new file.

export const migration0001 = `
create table instance (
  id text primary key,
  generation integer not null,
  execution_id text not null,
  name text not null,
  status text not null,
  input text,
  output text,
  failure text,
  custom_status text,
  parent text,
  continued integer not null,
  created_at real not null,
  updated_at real not null,
  completed_at real,
  held_until real
) strict, without rowid;
create index instance_created on instance (created_at, id);
create index instance_status on instance (status, created_at, id);

create table history (
  id text not null,
  sequence integer not null,
  event text not null,
  primary key (id, sequence)
) strict, without rowid;

create table inbox (
  id text not null,
  sequence integer not null,
  event text not null,
  primary key (id, sequence)
) strict, without rowid;

create table activity (
  id text not null,
  generation integer not null,
  task integer not null,
  name text not null,
  input text,
  primary key (id, generation, task)
) strict, without rowid;

create table timer (
  id text not null,
  generation integer not null,
  timer integer not null,
  fire_at real not null,
  primary key (id, generation, timer)
) strict, without rowid;
create index timer_due on timer (fire_at);

create table value (
  store text not null,
  key text not null,
  value text not null,
  etag text not null,
  expires_at real,
  primary key (store, key)
) strict, without rowid;
`
