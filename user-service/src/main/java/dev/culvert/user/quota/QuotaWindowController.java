package dev.culvert.user.quota;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.platform.secret.Hmac;
import io.swagger.v3.oas.annotations.Hidden;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/** For gateways, which never route {@code /internal} and show that they hold the suite's {@code SECRET_KEY}. */
@RestController
@Hidden
class QuotaWindowController {
    private static final int MOST = 1_000;

    private final QuotaLedger ledger;
    private final byte[] credential;

    QuotaWindowController(QuotaLedger ledger, Hmac hmac) {
        this.ledger = ledger;
        credential = HexFormat.of()
                .formatHex(hmac.forPurpose("gateway").of("quota-windows"))
                .getBytes(StandardCharsets.US_ASCII);
    }

    record Windows(List<CountedWindow> items) {}

    /** Keeps what was counted and answers what is known, in the same order. */
    @Access(open = true)
    @PostMapping("/internal/quota-windows")
    Windows keep(
            @RequestHeader(name = "Culvert-Gateway-Key", defaultValue = "") String shown,
            @RequestBody Windows counted) {
        if (!MessageDigest.isEqual(credential, shown.getBytes(StandardCharsets.UTF_8))) {
            throw new ProblemException(ProblemCode.AUTH_TOKEN_INVALID, "Only gateways may tell this.");
        }
        if (counted.items().size() > MOST) {
            throw new ProblemException(ProblemCode.VALIDATION_ERROR, "At most " + MOST + " windows at a time.");
        }
        return TenantScope.callAsSystem(
                "gateways tell what was called in all tenants",
                () -> new Windows(counted.items().stream().map(ledger::keep).toList()));
    }
}
