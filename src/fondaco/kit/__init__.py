"""The floor without domain words: errors, clock, ids, money, deadlines, secrets, outbound calls, paging, jobs."""
