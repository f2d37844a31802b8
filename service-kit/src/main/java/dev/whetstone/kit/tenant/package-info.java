/** What a tenant's declarations may name: files, model servers and the keys of model servers. */
@NullMarked
package dev.whetstone.kit.tenant;

import org.jspecify.annotations.NullMarked;
