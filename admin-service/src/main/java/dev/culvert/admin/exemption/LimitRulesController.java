package dev.culvert.admin.exemption;

import dev.culvert.admin.limit.LimitBook;
import dev.culvert.admin.limit.LimitRule;
import dev.culvert.admin.limit.LimitSubject;
import dev.culvert.admin.limit.TenantLimit;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.platform.secret.Hmac;
import io.swagger.v3.oas.annotations.Hidden;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/**
 * What gateways ask for, some times a second; they never route {@code /internal}. Who asks shows to hold the suite's {@code
 * SECRET_KEY}, by a digest made with it for this one purpose: reaching the port of this service is not enough.
 */
@RestController
@Hidden
class LimitRulesController {
    private static final String CREDENTIAL = "Culvert-Gateway-Key";

    private final Exemptions exemptions;
    private final LimitBook book;
    private final byte[] credential;

    LimitRulesController(Exemptions exemptions, LimitBook book, Hmac hmac) {
        this.exemptions = exemptions;
        this.book = book;
        credential = HexFormat.of()
                .formatHex(hmac.forPurpose("gateway").of("limit-rules"))
                .getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Everything that counts now.
     *
     * @param resetAll when everybody's uses of exemptions were set to nothing, Unix milliseconds
     * @param resets the same for single users
     * @param tenantFactors by what budgets of tenants are multiplied, instead of the numbers of their plans
     */
    record LimitRules(
            List<Rule> exemptions,
            long resetAll,
            Map<UUID, Long> resets,
            List<Operation> operations,
            Map<UUID, BigDecimal> tenantFactors) {}

    /** An exemption as far as a gateway needs it. */
    record Rule(
            UUID id,
            ExemptionType type,
            List<String> methods,
            List<String> paths,
            @Nullable UUID userId,
            @Nullable Integer perUserAndHour) {}

    /** A limit as far as a gateway needs it. */
    record Operation(
            String name, List<String> methods, List<String> paths, LimitSubject by, int calls, int withinSeconds) {
        static Operation of(LimitRule rule) {
            return new Operation(
                    rule.name(), rule.methods(), rule.paths(), rule.by(), rule.calls(), rule.withinSeconds());
        }
    }

    @Access(open = true)
    @GetMapping("/internal/limit-rules")
    LimitRules limitRules(@RequestHeader(name = CREDENTIAL, defaultValue = "") String shown) {
        if (!MessageDigest.isEqual(credential, shown.getBytes(StandardCharsets.UTF_8))) {
            throw new ProblemException(ProblemCode.AUTH_TOKEN_INVALID, "Only gateways may ask this.");
        }
        return TenantScope.callAsSystem("gateways ask for the limits that count", this::current);
    }

    private LimitRules current() {
        Exemptions.Resets resets = exemptions.resets();
        return new LimitRules(
                exemptions.all().stream()
                        .filter(Exemption::enabled)
                        .map(one -> new Rule(
                                one.id(), one.type(), one.methods(), one.paths(), one.userId(), one.perUserAndHour()))
                        .toList(),
                resets.everybody(),
                resets.users(),
                book.rules().stream().map(Operation::of).toList(),
                book.tenants().stream().collect(Collectors.toMap(TenantLimit::tenantId, TenantLimit::multiplier)));
    }
}
