package dev.culvert.runner.process;

import java.io.IOException;
import java.time.Duration;

/** One supervised process of the suite: how to start it, when it is ready, how to ask it to stop. */
public interface Component {

    String name();

    /** Where others reach it. */
    int port();

    /** Runs before each start: unpack, first data, left-over lock files of a killed life. May refuse. */
    void prepare() throws IOException, InterruptedException;

    ProcessSpec spec() throws IOException;

    /** One quick look whether it serves; called again and again until true. */
    boolean isReady();

    Stopper.Signal stopSignal();

    Duration stopGrace();

    /** What a user can do when it does not start, read from its log; empty when nothing particular is known. */
    String adviceFrom(String lastLogLines);
}
