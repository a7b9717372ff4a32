package dev.culvert.gateway.version;

import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The versions of the API and what is deprecated in them (requirements R12.4, R12.5, S4.56). The gateway does not start
 * with dates that break the promise: a version lives for twelve months, and its end is told six months before.
 *
 * @param current the version that addresses without version lead to
 * @param supported all versions
 * @param deprecated operations that are going away, beside versions as a whole and addresses without version
 */
@ConfigurationProperties("culvert.gateway.versions")
public record VersionProperties(
        @DefaultValue("1") int current,
        List<SupportedVersion> supported,
        @DefaultValue List<DeprecatedOperation> deprecated) {

    private static final int LIFE_MONTHS = 12;
    private static final int NOTICE_MONTHS = 6;

    public VersionProperties {
        supported = List.copyOf(supported);
        deprecated = List.copyOf(deprecated);
        int wanted = current;
        if (supported.stream().noneMatch(version -> version.number() == wanted)) {
            throw new IllegalArgumentException("The current version " + wanted + " is not among the supported ones");
        }
    }

    /**
     * A version.
     *
     * @param number as in {@code /api/v1}
     * @param released first day it was served
     * @param deprecatedSince day its end was told
     * @param sunset last day it is served
     */
    public record SupportedVersion(
            int number, LocalDate released, Optional<LocalDate> deprecatedSince, Optional<LocalDate> sunset) {
        public SupportedVersion {
            if (deprecatedSince.isPresent() != sunset.isPresent()) {
                throw new IllegalArgumentException("Version " + number + " needs both deprecated-since and sunset");
            }
            if (sunset.isPresent()) {
                requireNotice("Version " + number, deprecatedSince.orElseThrow(), sunset.get());
                if (sunset.get().isBefore(released.plusMonths(LIFE_MONTHS))) {
                    throw new IllegalArgumentException(
                            "Version " + number + " must live for " + LIFE_MONTHS + " months after its release");
                }
            }
        }
    }

    /**
     * An operation that is going away.
     *
     * @param id names it in {@code /deprecation/migration-guide/{id}}
     * @param path path or pattern, e.g. {@code /api/v1/things/{id}}
     * @param method HTTP method; all when left out
     * @param since day its end was told
     * @param sunset first day it is refused with 410
     * @param successor path of what replaces it
     * @param guide what callers have to change, in a few sentences
     */
    public record DeprecatedOperation(
            String id,
            String path,
            Optional<String> method,
            LocalDate since,
            LocalDate sunset,
            Optional<String> successor,
            String guide) {
        public DeprecatedOperation {
            requireNotice("Deprecated operation " + id, since, sunset);
        }
    }

    private static void requireNotice(String what, LocalDate since, LocalDate sunset) {
        if (sunset.isBefore(since.plusMonths(NOTICE_MONTHS))) {
            throw new IllegalArgumentException(
                    what + " must be announced " + NOTICE_MONTHS + " months before " + sunset);
        }
    }
}
