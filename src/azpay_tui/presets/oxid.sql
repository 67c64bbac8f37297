SET SESSION TRANSACTION READ ONLY;
SET NAMES utf8mb4;
SET SESSION time_zone = '+00:00';
SET SESSION group_concat_max_len = 65536;
SELECT
  NULLIF(o.OXORDERNR, 0) AS number,
  CASE
    WHEN o.OXSTORNO = 1 THEN 'STORNO'
    WHEN o.OXTRANSSTATUS = 'REFUNDED'
      AND CAST(SUBSTRING_INDEX(o.OSC_AMAZON_REMARK, ' ', -1) AS DECIMAL(20, 2)) >= o.OXTOTALORDERSUM
      THEN 'REFUNDED, whole'
    ELSE CONCAT(
      o.OXTRANSSTATUS,
      CASE WHEN o.OXPAID > '1971-01-01' THEN ', paid' ELSE '' END,
      CASE WHEN o.OXSENDDATE > '1971-01-01' THEN ', sent' ELSE '' END
    )
  END AS status,
  CASE
    WHEN o.OXTRANSID LIKE '___-_______-_______%' THEN LEFT(o.OXTRANSID, 19)
    ELSE x.permission
  END AS permission,
  x.log,
  NULLIF(o.OXTRANSID, '') AS transaction,
  TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM CAST(o.OXTOTALORDERSUM AS DECIMAL(20, 2)))) AS amount,
  o.OXCURRENCY AS currency,
  CONVERT_TZ(o.OXORDERDATE, @@global.time_zone, '+00:00') AS created,
  NULLIF(TRIM(CONCAT_WS(' ', o.OXBILLFNAME, o.OXBILLLNAME)), '') AS buyer_name,
  NULLIF(o.OXBILLEMAIL, '') AS buyer_email
FROM (
  SELECT
    c.OXID AS order_id,
    MAX(NULLIF(l.OSC_AMAZON_CHARGE_PERMISSION_ID, 'null')) AS permission,
    GROUP_CONCAT(
      DISTINCT CONCAT_WS(' ', l.OSC_AMAZON_IDENTIFIER, l.OSC_AMAZON_CHARGE_ID, l.OSC_AMAZON_OBJECT_ID)
      ORDER BY CONCAT_WS(' ', l.OSC_AMAZON_IDENTIFIER, l.OSC_AMAZON_CHARGE_ID, l.OSC_AMAZON_OBJECT_ID)
      SEPARATOR ' '
    ) AS log
  FROM :prefixoxorder c
  -- The log's only index begins with the shop, which it writes as text.
  CROSS JOIN (SELECT DISTINCT OSC_AMAZON_OXSHOPID AS shop FROM :prefixamazonpaylog) s
  JOIN :prefixamazonpaylog l ON l.OSC_AMAZON_OXSHOPID = s.shop AND l.OSC_AMAZON_OXORDERID = c.OXID
  WHERE c.OXTIMESTAMP >= :since
    AND c.OXPAYMENTTYPE LIKE 'oxidamazon%'
  GROUP BY c.OXID
) x
JOIN :prefixoxorder o ON o.OXID = x.order_id
WHERE o.OXTIMESTAMP >= :since
  AND (x.permission IS NOT NULL OR o.OXTRANSID LIKE '___-_______-_______%')
ORDER BY o.OXORDERNR;
