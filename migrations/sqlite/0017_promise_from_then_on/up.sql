-- A promise counts from when it was made: nobody is late by what was not promised yet.

ALTER TABLE teams ADD COLUMN promised_at TIMESTAMP; -- when it began to promise, or a number became its; null: since ever
