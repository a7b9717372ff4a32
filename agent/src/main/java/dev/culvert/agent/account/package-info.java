/** What the agent asks of the gateway's API on behalf of the key's owner. */
@NullMarked
package dev.culvert.agent.account;

import org.jspecify.annotations.NullMarked;
