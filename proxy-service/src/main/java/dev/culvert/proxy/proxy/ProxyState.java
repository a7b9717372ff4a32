package dev.culvert.proxy.proxy;

import java.util.Locale;

/** What the owner decided (requirement R5.2). A proxy runs from its creation until it is stopped. */
enum ProxyState {
    RUNNING,
    STOPPED;

    /** Name in JSON and events. */
    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
