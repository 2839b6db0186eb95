"""The shell: settings, URLs, ASGI, Celery and the commands that run the helpdesk."""
