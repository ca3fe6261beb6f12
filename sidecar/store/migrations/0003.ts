// The events of a turn share a row: rows that are there stay as they are, and an older release can't read the new ones.

export const migration0003 = "select 1"
