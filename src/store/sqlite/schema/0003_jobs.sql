-- What was wrong with the records of a job: where each is, and the worker's own JSON, which holds none of its values.
CREATE TABLE waystation_job_faults (
    connection  TEXT    NOT NULL,
    job         TEXT    NOT NULL,
    record      INTEGER NOT NULL,
    byte_offset INTEGER NOT NULL,
    line_number INTEGER NOT NULL,
    faults      TEXT    NOT NULL,
    PRIMARY KEY (connection, job, record)
) STRICT, WITHOUT ROWID;
