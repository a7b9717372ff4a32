package dev.culvert.auth.federation;

import com.nimbusds.jwt.JWTClaimsSet;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads claims by name or by path. */
final class Claims {
    private Claims() {}

    /** A text that is there and not empty. */
    static Optional<String> text(JWTClaimsSet claims, String path) {
        return find(claims, path) instanceof String text && !text.isBlank()
                ? Optional.of(text.strip())
                : Optional.empty();
    }

    /** The words of a claim: of a list, or of a text that separates them by spaces like {@code scope}. */
    static Set<String> words(JWTClaimsSet claims, String path) {
        Stream<String> words = switch (find(claims, path)) {
            case Collection<?> list ->
                list.stream().filter(String.class::isInstance).map(String.class::cast);
            case String text -> Arrays.stream(text.split(" ", -1));
            case null, default -> Stream.empty();
        };
        return words.collect(Collectors.toUnmodifiableSet());
    }

    /** The claim of that name if there is one, for names may have dots; else what the path leads to. */
    private static @Nullable Object find(JWTClaimsSet claims, String path) {
        Object whole = claims.getClaim(path);
        if (whole != null) {
            return whole;
        }
        Object here = claims.getClaims();
        for (String step : path.split("\\.", -1)) {
            here = here instanceof Map<?, ?> members ? members.get(step) : null;
        }
        return here;
    }
}
