#pragma once

/// Exchanges two paths in one step. Returns 0, or -1 with errno set (ENOSYS or EINVAL where the system or
/// the file system cannot).
int platform_exchange(const char *first, const char *second);
