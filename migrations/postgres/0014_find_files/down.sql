DROP INDEX messages_with_files;
