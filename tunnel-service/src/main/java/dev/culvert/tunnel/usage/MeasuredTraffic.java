package dev.culvert.tunnel.usage;

/** What this replica measured and has not stored yet. */
public interface MeasuredTraffic {
    /** Stores it now; when the database does not take it, it is kept for the next try. */
    void flush();
}
