package dev.culvert.tunnel.session;

/**
 * Told about every agent connection that comes and goes. Events of one tunnel arrive in order, one at a time, on a
 * virtual thread (it may block); an exception is logged and the next event follows.
 */
public interface SessionListener {
    void onSession(SessionEvent event);
}
