DROP INDEX conversations_by_priority;
