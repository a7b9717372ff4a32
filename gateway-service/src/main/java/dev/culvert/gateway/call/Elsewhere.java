package dev.culvert.gateway.call;

import java.net.URI;

/** The other addresses of the service that answers a call on a data route; an attribute of its exchange. */
@FunctionalInterface
public interface Elsewhere {
    /** Name of the attribute. */
    String ATTRIBUTE = Elsewhere.class.getName();

    /** Where else to ask, now that the address that was used last broke off; the same one where there is no other. */
    URI next();
}
