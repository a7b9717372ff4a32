package dev.culvert.tunnel.ingress;

import dev.culvert.platform.problem.ProblemWriter;
import dev.culvert.tunnel.cluster.ClusterMap;
import dev.culvert.tunnel.edge.AgentGate;
import dev.culvert.tunnel.edge.PolledLinks;
import dev.culvert.tunnel.endpoint.Endpoints;
import dev.culvert.tunnel.peer.Peers;
import dev.culvert.tunnel.session.Admission;
import dev.culvert.tunnel.session.SessionRegistry;
import dev.culvert.tunnel.session.TrafficMeter;
import dev.culvert.tunnelprotocol.MemoryBudget;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What all requests of a data port share.
 *
 * @param cluster which other replicas hold which agents
 * @param endpoints which of a tunnel's endpoints gets a request
 * @param memory what all requests together may make this process hold
 * @param streamWindowBytes window each stream starts with
 * @param firstByteTimeout longest silence before an answer starts, where the tunnel sets none
 * @param idleTimeout longest silence afterwards, where the tunnel sets none
 * @param draining set when the port takes no new requests
 * @param cuttingOff set when what has not finished is about to be cut off; its callers are not gone
 */
record Ingress(
        Admission admission,
        SessionRegistry registry,
        AgentGate gate,
        PolledLinks polls,
        ClusterMap cluster,
        Endpoints endpoints,
        Peers peers,
        RequestSlots slots,
        MemoryBudget memory,
        int streamWindowBytes,
        Duration firstByteTimeout,
        Duration idleTimeout,
        TrafficMeter meter,
        ProblemWriter problems,
        AtomicBoolean draining,
        AtomicBoolean cuttingOff) {}
