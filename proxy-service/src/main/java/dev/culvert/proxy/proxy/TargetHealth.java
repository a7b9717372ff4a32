package dev.culvert.proxy.proxy;

import java.util.UUID;

/** What the data plane of this replica learned about targets from real requests. */
public interface TargetHealth {
    /** False for a few seconds after a request could not be sent to the target. */
    boolean available(UUID proxyId, Target target);
}
