package dev.culvert.tunnel.history;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.usage.Granularity;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Words of query parameters as constants, in lower case as everywhere in the API. */
final class Words {
    private Words() {}

    static Granularity granularity(String word) {
        return parse("granularity", Granularity.class, word);
    }

    static UserReportResponse.By groupBy(String word) {
        return parse("groupBy", UserReportResponse.By.class, word);
    }

    static String wireName(Granularity granularity) {
        return granularity.name().toLowerCase(Locale.ROOT);
    }

    private static <E extends Enum<E>> E parse(String parameter, Class<E> type, String word) {
        List<E> constants = Arrays.asList(type.getEnumConstants());
        return constants.stream()
                .filter(constant -> constant.name().toLowerCase(Locale.ROOT).equals(word))
                .findFirst()
                .orElseThrow(() -> {
                    String known = constants.stream()
                            .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                            .collect(Collectors.joining(", "));
                    return new ProblemException(ProblemCode.VALIDATION_ERROR, "The query has a word that is not known.")
                            .withViolations(List.of(new Violation(parameter, "must be one of " + known)));
                });
    }
}
