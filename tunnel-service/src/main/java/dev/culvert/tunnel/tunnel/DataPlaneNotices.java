package dev.culvert.tunnel.tunnel;

import dev.culvert.tunnel.session.Admission;
import dev.culvert.tunnel.session.SessionRegistry;
import dev.culvert.tunnelprotocol.CloseReason;
import org.springframework.stereotype.Component;
import org.springframework.transaction.event.TransactionalEventListener;

/** Tells the data plane of this replica what was committed; other replicas see it when their own answers run out. */
@Component
class DataPlaneNotices {
    private final Admission admission;
    private final SessionRegistry sessions;

    DataPlaneNotices(Admission admission, SessionRegistry sessions) {
        this.admission = admission;
        this.sessions = sessions;
    }

    @TransactionalEventListener
    void committed(TunnelChanged change) {
        admission.forget(change.tunnelId());
        switch (change) {
            case TunnelChanged.Edited _ -> {}
            case TunnelChanged.Stopped _ -> sessions.close(change.tunnelId(), CloseReason.TUNNEL_STOPPED);
            case TunnelChanged.Deleted _ -> sessions.close(change.tunnelId(), CloseReason.TUNNEL_DELETED);
        }
    }
}
