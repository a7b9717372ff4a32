package dev.culvert.runner.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A Java process whose start an ahead-of-time cache can shorten. */
public interface Trainable {

    String name();

    /** Where its cache belongs; another place for every build, JDK and set of flags. */
    Path aotCache();

    /**
     * The run that writes the cache and ends by itself: the same flags and class path, nothing that meets the running process.
     *
     * @param lowPriority what to put in front of the command
     */
    ProcessSpec trainingSpec(Path output, List<String> lowPriority) throws IOException;
}
