package dev.culvert.proxy.proxy;

import java.util.UUID;

/** A proxy was made, edited, started, stopped or deleted in the transaction that publishes this. */
record ProxyChanged(UUID proxyId) {}
