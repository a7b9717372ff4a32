package dev.culvert.gateway.version;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The families of resources there are in each version, e.g. {@code tunnels}. */
public final class ApiFamilies {
    private final Map<Integer, SortedSet<String>> byVersion = new TreeMap<>();

    /** Those of the routed paths that have a version. */
    public ApiFamilies(Collection<String> routes) {
        for (String route : routes) {
            VersionedPath.parse(route)
                    .filter(path -> !path.rest().isEmpty())
                    .ifPresent(path -> byVersion
                            .computeIfAbsent(path.version(), _ -> new TreeSet<>())
                            .add(firstSegment(path.rest())));
        }
    }

    /** Families of a version, in alphabetical order. */
    SortedSet<String> of(int version) {
        return byVersion.getOrDefault(version, new TreeSet<>());
    }

    /** Whether any version has the family. */
    boolean contain(String family) {
        return byVersion.values().stream().anyMatch(families -> families.contains(family));
    }

    /** The part of a path up to the next slash. */
    static String firstSegment(String path) {
        int end = path.indexOf('/');
        return end < 0 ? path : path.substring(0, end);
    }

    /**
     * A path below {@code /api/v<number>}.
     *
     * @param rest without the slash in front
     */
    record VersionedPath(int version, String rest) {
        private static final String PREFIX = "/api/v";
        private static final int MAX_DIGITS = 4;

        static Optional<VersionedPath> parse(String path) {
            return path.startsWith(PREFIX) ? parse(path, PREFIX.length()) : Optional.empty();
        }

        /** The version a path names, without making anything of it; -1 when it names none. */
        static int versionIn(String path) {
            int end = path.startsWith(PREFIX) ? endOfNumber(path, PREFIX.length()) : -1;
            return end < 0 ? -1 : Integer.parseInt(path, PREFIX.length(), end, 10);
        }

        /** Reads number and rest from {@code start} on. */
        static Optional<VersionedPath> parse(String path, int start) {
            int end = endOfNumber(path, start);
            return end < 0
                    ? Optional.empty()
                    : Optional.of(new VersionedPath(
                            Integer.parseInt(path, start, end, 10),
                            end == path.length() ? "" : path.substring(end + 1)));
        }

        private static int endOfNumber(String path, int start) {
            int end = start;
            while (end < path.length() && end - start < MAX_DIGITS && isDigit(path.charAt(end))) {
                end++;
            }
            return end == start || (end < path.length() && path.charAt(end) != '/') ? -1 : end;
        }

        private static boolean isDigit(char c) {
            return c >= '0' && c <= '9';
        }
    }
}
