// Every test with the genuine client, in one process: test_node.py runs it once for each way to connect.
import "./root.mjs";
import "./chat.mjs";
import "./queue.mjs";
import "./assistant.mjs";
import "./whole.mjs";
import "./dialects.mjs";
import "./recovery.mjs";
import "./refusals.mjs";
import "./waits.mjs";
