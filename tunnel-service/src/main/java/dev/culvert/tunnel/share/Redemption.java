package dev.culvert.tunnel.share;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.access.ShareTokens;
import dev.culvert.tunnel.access.Standing;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Makes a share of a link, for somebody with an account. Needs the system scope: nobody knows yet whose tunnel it is. */
@Service
class Redemption {
    private final ShareTokens tokens;
    private final Shares shares;

    Redemption(ShareTokens tokens, Shares shares) {
        this.tokens = tokens;
        this.shares = shares;
    }

    /** Uses the link once; the share ends when the link does. */
    @Transactional
    ShareResponse redeem(String token, Caller caller, String callerName) {
        ShareTokens.Redeemed link = tokens.redeem(token)
                .orElseThrow(() -> new ProblemException(
                        ProblemCode.NOT_FOUND,
                        "The link has expired, is used up or was withdrawn. Ask for a new one."));
        Standing tunnel = link.tunnel();
        if (link.createdBy().equals(caller.userId())) {
            throw new ProblemException(ProblemCode.FORBIDDEN, "Nobody changes their own share. Ask the owner.");
        }
        return shares.addOrRaise(
                tunnel,
                Grantee.person(caller.userId(), caller.tenantId(), callerName),
                new Shares.Terms(link.role(), link.expiresAt(), link.quota()),
                tunnel.ownerId());
    }
}
