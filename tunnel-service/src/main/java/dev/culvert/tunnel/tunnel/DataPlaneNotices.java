package dev.culvert.tunnel.tunnel;

import dev.culvert.tunnel.cluster.Cluster;
import dev.culvert.tunnel.session.Admission;
import dev.culvert.tunnel.session.SessionRegistry;
import dev.culvert.tunnelprotocol.CloseReason;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.event.TransactionalEventListener;

/** Tells the data plane of this replica, and those of the others, what was committed. */
@Component
class DataPlaneNotices {
    private final Admission admission;
    private final SessionRegistry sessions;
    private final Cluster cluster;

    DataPlaneNotices(Admission admission, SessionRegistry sessions, Cluster cluster) {
        this.admission = admission;
        this.sessions = sessions;
        this.cluster = cluster;
        cluster.onNews(news -> act(news.tunnelId(), news.close()));
    }

    @TransactionalEventListener
    void committed(TunnelChanged change) {
        CloseReason close = switch (change) {
            case TunnelChanged.Edited _ -> null;
            case TunnelChanged.Stopped _ -> CloseReason.TUNNEL_STOPPED;
            case TunnelChanged.Deleted _ -> CloseReason.TUNNEL_DELETED;
        };
        act(change.tunnelId(), close);
        cluster.tell(change.tunnelId(), close);
    }

    private void act(UUID tunnelId, @Nullable CloseReason close) {
        admission.forget(tunnelId);
        if (close != null) {
            sessions.close(tunnelId, close);
        }
    }
}
