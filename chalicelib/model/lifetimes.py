"""How long things lie in what is set up for the whole stage, in days: told on the page about privacy, and set by the templates.

How long anything of a session is kept, a cookie or a record of a request, says whatever keeps it.
"""

BACKUP_DAYS = 35  # as far as tables can be recovered, the most that DynamoDB takes
LOG_DAYS = 30  # of the functions and of the API
NOTIFICATION_DAYS = 90  # of hosts, in which nothing is that anybody said
DEAD_LETTER_DAYS = 14  # work that failed for good, the most that SQS takes
