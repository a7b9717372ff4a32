package dev.culvert.tunnel.peer;

import dev.culvert.contracts.http.HeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.util.Locale;

/** Words that two replicas must agree on. Everything named here is removed before a request reaches an agent. */
public final class PeerProtocol {
    /** Path of the connection between replicas; the gateway routes nothing under {@code /internal}. */
    static final String PATH = "/internal/tunnel/peer";

    /** Token of the Upgrade header: HTTP/2 with prior knowledge, the dialling side being the HTTP/2 client. */
    static final String UPGRADE = "culvert.peer.v1";

    /** Proof of the replica that was dialled, in its answer to the upgrade. */
    static final String PROOF = "culvert-peer-proof";

    /** Request header: id of the tunnel that was resolved and admitted. */
    static final AsciiString TUNNEL_ID = AsciiString.cached("culvert-peer-tunnel-id");

    /** Request header: name under which the caller asked for the tunnel, percent-encoded. */
    static final AsciiString TUNNEL_NAME = AsciiString.cached("culvert-peer-tunnel-name");

    /** Request header: the endpoint of the tunnel that was chosen; absent for any. */
    static final AsciiString ENDPOINT = AsciiString.cached("culvert-peer-endpoint");

    /** Request header: the caller's access token, absent where the tunnel asks for none. */
    static final AsciiString CALLER_TOKEN = AsciiString.cached(HeaderNames.CALLER_TOKEN.toLowerCase(Locale.ROOT));

    /** Request header: the one agent process that can answer, absent where any can. */
    static final AsciiString AGENT = AsciiString.cached("culvert-peer-agent");

    /** Interim status: a stream to an agent is open, the body may follow. Nothing of the caller's was sent before. */
    static final AsciiString ACCEPTED = HttpResponseStatus.PROCESSING.codeAsText();

    /** Final status in place of {@link #ACCEPTED}: nothing was sent to an agent; the failure header says why. */
    static final AsciiString REFUSED = HttpResponseStatus.MISDIRECTED_REQUEST.codeAsText();

    /** Failure: this replica holds no agent of the tunnel. */
    static final AsciiString NOT_HERE = AsciiString.cached("not_here");

    /** Failure: all agents here carry as much as they take, or there is no memory left. */
    static final AsciiString BUSY = AsciiString.cached("busy");

    /** Failure: the caller's token is not accepted here. */
    static final AsciiString NOT_ADMITTED = AsciiString.cached("not_admitted");

    /** Failure after acceptance: the agent's connection ended before an answer. */
    public static final AsciiString AGENT_LOST = AsciiString.cached("agent_lost");

    private PeerProtocol() {}
}
