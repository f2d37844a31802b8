/** API keys: who calls, for which tenant, and what the key allows. */
@NullMarked
package dev.whetstone.kit.auth;

import org.jspecify.annotations.NullMarked;
