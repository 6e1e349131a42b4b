"""The state file: one SQLite database, written behind the traffic in batches.

Hot paths live in memory; what changed is remembered by key and written by one thread a few times a second
and at the stop. Counters are reserved ahead in blocks, so that ids go on even after a kill.
"""

import asyncio
import contextlib
import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from sandbox.refusal import Json

log = logging.getLogger(__name__)

FLUSH_SECONDS = 0.25
COUNTER_BLOCK = 10_000
SCHEMA = """
CREATE TABLE IF NOT EXISTS items (kind TEXT, key TEXT, value TEXT NOT NULL, PRIMARY KEY (kind, key));
CREATE TABLE IF NOT EXISTS contents (file_id TEXT PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS record (number INTEGER PRIMARY KEY, entry TEXT NOT NULL);
"""

Dump = Callable[[], Json]


class Store:
    """Keeps the sandbox's world between starts; with no file it keeps nothing."""

    def __init__(self, state_file: Path | None) -> None:
        self.meta: Json = {}
        self._dirty: dict[tuple[str, str], Dump | None] = {}
        self._contents: dict[str, bytes] = {}
        self._record: list[tuple[int, Json]] = []
        self._connection: sqlite3.Connection | None = None
        self._writing = asyncio.Lock()
        self._counters: dict[str, int] = {}
        self._closing = asyncio.Event()
        if state_file is not None:
            state_file.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(state_file, check_same_thread=False)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.executescript(SCHEMA)
            for _, value in self.load("meta"):
                self.meta = value

    def load(self, kind: str) -> Iterator[tuple[str, Json]]:
        """Give the kept items of a kind, in the order of their numeric keys where they have such."""
        if self._connection is None:
            return
        rows = self._connection.execute(
            "SELECT key, value FROM items WHERE kind = ? ORDER BY CAST(key AS INTEGER), key", (kind,)
        ).fetchall()
        for key, value in rows:
            yield key, json.loads(value)

    def read_content(self, file_id: str) -> bytes | None:
        """Give the bytes of a file that was kept."""
        if file_id in self._contents:
            return self._contents[file_id]
        if self._connection is None:
            return None
        row = self._connection.execute(
            "SELECT content FROM contents WHERE file_id = ?", (file_id,)
        ).fetchone()
        return None if row is None else bytes(row[0])

    def load_record(self, count: int) -> list[Json]:
        """Give the newest kept calls, oldest first."""
        if self._connection is None:
            return []
        rows = self._connection.execute(
            "SELECT entry FROM record ORDER BY number DESC LIMIT ?", (count,)
        ).fetchall()
        return [json.loads(entry) for (entry,) in reversed(rows)]

    def put(self, kind: str, key: int | str, dump: Dump) -> None:
        """Remember that an item changed; `dump` is asked at the time of writing."""
        if self._connection is not None:
            self._dirty[kind, str(key)] = dump

    def drop(self, kind: str, key: int | str) -> None:
        """Remember that an item is gone."""
        if self._connection is not None:
            self._dirty[kind, str(key)] = None

    def store_content(self, file_id: str, content: bytes) -> None:
        """Keep the bytes of a file (in memory until written, for good without a state file)."""
        self._contents[file_id] = content

    def append_record(self, number: int, entry: Json) -> None:
        """Add a call to the kept record."""
        if self._connection is not None:
            self._record.append((number, entry))

    def touch_meta(self) -> None:
        """Remember that `meta` changed."""
        self.put("meta", "0", lambda: self.meta)

    def take_number(self, counter: str, first: int = 1) -> int:
        """Give the next number of a counter that never repeats, not even after a kill."""
        number = self._counters.get(counter)
        ceiling = int(self.meta.get(f"ceiling_{counter}", first))
        if number is None:
            number = ceiling
        if number >= ceiling:
            self.meta[f"ceiling_{counter}"] = number + COUNTER_BLOCK
            self._write_meta_now()
        self._counters[counter] = number + 1
        return number

    def _write_meta_now(self) -> None:
        if self._connection is not None and not self._writing.locked():
            self._write(([("meta", "0", json.dumps(self.meta))], [], [], []))
        else:
            self.touch_meta()

    async def run(self) -> None:
        """Write behind until closed; never cancelled, so that a batch under way is not cut."""
        while not self._closing.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), FLUSH_SECONDS)
            try:
                await self.flush()
            except sqlite3.Error:
                log.exception("The sandbox could not write its state file")

    async def flush(self) -> None:
        """Write what changed since the last time."""
        if self._connection is None:
            return
        async with self._writing:
            if not (self._dirty or self._contents or self._record):
                return
            dirty, self._dirty = self._dirty, {}
            record, self._record = self._record, []
            contents = dict(self._contents)
            changed, gone = [], []
            for (kind, key), dump in dirty.items():
                if dump is None:
                    gone.append((kind, key))
                else:
                    changed.append((kind, key, json.dumps(dump(), ensure_ascii=False)))
            entries = [(number, json.dumps(entry, ensure_ascii=False)) for number, entry in record]
            await asyncio.to_thread(self._write, (changed, gone, list(contents.items()), entries))
            for file_id in contents:
                del self._contents[file_id]

    def _write(
        self,
        batch: tuple[
            list[tuple[str, str, str]],
            list[tuple[str, str]],
            list[tuple[str, bytes]],
            list[tuple[int, str]],
        ],
    ) -> None:
        changed, gone, contents, record = batch
        if self._connection is None:
            return
        with self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO items VALUES (?, ?, ?)", changed)
            self._connection.executemany("DELETE FROM items WHERE kind = ? AND key = ?", gone)
            self._connection.executemany("INSERT OR REPLACE INTO contents VALUES (?, ?)", contents)
            self._connection.executemany("INSERT OR REPLACE INTO record VALUES (?, ?)", record)

    async def close(self) -> None:
        """Write everything, the exact counters too, and let go of the file."""
        self._closing.set()
        for counter, number in self._counters.items():
            self.meta[f"ceiling_{counter}"] = number
        self.touch_meta()
        await self.flush()
        if self._connection is not None:
            self._connection.close()
            self._connection = None
