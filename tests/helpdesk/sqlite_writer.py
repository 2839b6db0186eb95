"""A process that writes into an SQLite database, started by test_sqlite.py with `DATABASE_URL`.

`python -m tests.helpdesk.sqlite_writer NAME THREADS TRANSACTIONS` says "ready", begins when a line comes, and
writes with each thread; TRANSACTIONS 0: begins one transaction, says "writing", and never ends it.
"""

import os
import sys
import threading

os.environ["DJANGO_SETTINGS_MODULE"] = "helpdesk.settings"

from django.apps import apps
from django.db import connection, transaction

apps.ready = True  # what is measured needs a connection, not the helpdesk


def write(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO written (writer) VALUES (%s)", [name])


def write_often(name: str, transactions: int) -> None:
    connection.ensure_connection()
    ready.wait()
    for _ in range(transactions):
        with transaction.atomic():
            write(name)
    connection.close()


if __name__ == "__main__":
    name, threads, transactions = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    if transactions:
        ready = threading.Barrier(threads + 1)
        for number in range(threads):
            threading.Thread(target=write_often, args=(f"{name}-{number}", transactions)).start()
        print("ready", flush=True)
        sys.stdin.readline()
        ready.wait()
    else:
        with transaction.atomic():
            write(name)
            print("writing", flush=True)
            sys.stdin.readline()
