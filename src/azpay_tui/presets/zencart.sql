SET SESSION TRANSACTION READ ONLY;
SET NAMES utf8mb4;
SET SESSION group_concat_max_len = 65536;
SELECT
  o.orders_id AS number,
  (SELECT s.orders_status_name
     FROM :prefixorders_status s
    WHERE s.orders_status_id = o.orders_status
    ORDER BY s.language_id
    LIMIT 1) AS status,
  x.permission,
  x.transactions,
  TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM ROUND(o.order_total * o.currency_value, 2))) AS amount,
  o.currency AS currency,
  CONVERT_TZ(o.date_purchased, @@session.time_zone, '+00:00') AS created,
  NULLIF(TRIM(o.customers_name), '') AS buyer_name,
  NULLIF(o.customers_email_address, '') AS buyer_email
FROM (
  SELECT
    a.order_id,
    MAX(CASE WHEN a.type = 'ChargePermission' THEN a.reference END) AS permission,
    GROUP_CONCAT(a.reference ORDER BY a.id SEPARATOR ' ') AS transactions,
    MAX(a.time) AS newest
  FROM :prefixamazon_pay_v2_transactions a
  WHERE a.type IN ('ChargePermission', 'Charge', 'Refund')
  GROUP BY a.order_id
) x
JOIN :prefixorders o ON o.orders_id = x.order_id
LEFT JOIN (
  SELECT h.orders_id, MAX(h.date_added) AS newest
  FROM :prefixorders_status_history h
  WHERE h.date_added >= CONVERT_TZ(:since, '+00:00', @@session.time_zone)
  GROUP BY h.orders_id
) c ON c.orders_id = o.orders_id
WHERE o.date_purchased >= CONVERT_TZ(:since, '+00:00', @@session.time_zone)
   OR o.last_modified >= CONVERT_TZ(:since, '+00:00', @@session.time_zone)
   OR x.newest >= CONVERT_TZ(:since, '+00:00', @@session.time_zone)
   OR c.newest IS NOT NULL
ORDER BY o.orders_id;
