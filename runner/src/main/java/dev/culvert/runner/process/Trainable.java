package dev.culvert.runner.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A Java process whose start an ahead-of-time cache can shorten. */
public interface Trainable {

    String name();

    /** Where its cache belongs; another place for every build, JDK, set of flags and whatever else it depends on. */
    Path aotCache();

    /**
     * What has to end well, one after the other, before the training run. Nothing of it may count unless the cache is there.
     *
     * @param lowPriority what to put in front of each command
     */
    default List<ProcessSpec> preparation(List<String> lowPriority) throws IOException {
        return List.of();
    }

    /** Everything in the cache folder that belongs to this process and is not out of date. */
    default List<Path> cached() {
        return List.of(aotCache());
    }

    /**
     * The run that writes the cache and ends by itself: the same flags and class path, nothing that meets the running process.
     *
     * @param lowPriority what to put in front of the command
     */
    ProcessSpec trainingSpec(Path output, List<String> lowPriority) throws IOException;
}
