-- What was wrong with the records of a job: where each is, and the worker's own JSON, which holds none of its values.
CREATE TABLE waystation_job_faults (
    connection  BYTEA  NOT NULL,
    job         BYTEA  NOT NULL,
    record      BIGINT NOT NULL,
    byte_offset BIGINT NOT NULL,
    line_number BIGINT NOT NULL,
    faults      BYTEA  NOT NULL,
    PRIMARY KEY (connection, job, record)
);
