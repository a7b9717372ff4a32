package dev.culvert.admin.exemption;

import dev.culvert.platform.access.Access;
import io.swagger.v3.oas.annotations.Hidden;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What gateways ask for, some times a second; they never route {@code /internal}. */
@RestController
@Hidden
class LimitRulesController {
    private final Exemptions exemptions;

    LimitRulesController(Exemptions exemptions) {
        this.exemptions = exemptions;
    }

    /**
     * Everything that counts now.
     *
     * @param resetAll when everybody's uses of exemptions were set to nothing, Unix milliseconds
     * @param resets the same for single users
     */
    record LimitRules(List<Rule> exemptions, long resetAll, Map<UUID, Long> resets) {}

    /** An exemption as far as a gateway needs it. */
    record Rule(
            UUID id,
            ExemptionType type,
            List<String> methods,
            List<String> paths,
            @Nullable UUID userId,
            @Nullable Integer perUserAndHour) {}

    @Access(open = true)
    @GetMapping("/internal/limit-rules")
    LimitRules limitRules() {
        Exemptions.Resets resets = exemptions.resets();
        return new LimitRules(
                exemptions.all().stream()
                        .filter(Exemption::enabled)
                        .map(one -> new Rule(
                                one.id(), one.type(), one.methods(), one.paths(), one.userId(), one.perUserAndHour()))
                        .toList(),
                resets.everybody(),
                resets.users());
    }
}
