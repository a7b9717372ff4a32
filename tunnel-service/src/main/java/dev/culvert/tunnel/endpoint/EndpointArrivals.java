package dev.culvert.tunnel.endpoint;

import dev.culvert.tunnel.session.SessionEvent;
import dev.culvert.tunnel.session.SessionListener;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/** Passes on which agents come and go; apart from {@link EndpointWatch}, which needs the sessions' registry itself. */
@Component
class EndpointArrivals implements SessionListener {
    private final ObjectProvider<EndpointWatch> watch;

    EndpointArrivals(ObjectProvider<EndpointWatch> watch) {
        this.watch = watch;
    }

    @Override
    public void onSession(SessionEvent event) {
        watch.getObject().onSession(event);
    }
}
