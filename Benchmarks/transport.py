"""The bare transport of a script: gets URLs by concurrent requests with the client that the Polars script has, and drops
what comes.

    transport.py KEY URLS [--in-flight N]

URLS is a file with one URL a line.
"""
import argparse
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import urllib3

parser = argparse.ArgumentParser()
parser.add_argument("key")
parser.add_argument("urls", type=Path)
parser.add_argument("--in-flight", type=int, default=8)
options = parser.parse_args()
http = urllib3.PoolManager(maxsize=options.in_flight, block=True, retries=False)
headers = {"Authorization": f"Bearer {options.key}"}


def size(url):
    return len(http.request("GET", url, headers=headers).data)


with ThreadPoolExecutor(options.in_flight) as pool:
    print(sum(pool.map(size, options.urls.read_text().split())))
