package dev.culvert.tunnel.endpoint;

/** Whether an endpoint has agents, on any replica. */
enum Presence {
    NONE,
    /** All of its agents owe an answer. */
    SUSPECT,
    ANSWERING
}
