/** API keys: authentication, tenant and permissions of a caller. */
@NullMarked
package dev.whetstone.kit.auth;

import org.jspecify.annotations.NullMarked;
